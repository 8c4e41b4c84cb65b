import {
  type Ack,
  admittedByAcks,
  type DeviceId,
  isAckUsable,
  limits,
  newlyAcked,
  type Vector,
} from '@shoal/core';
import { ackFromWire, ackToWire, WireAck } from '@shoal/proto';
import type { Store } from '../store/open-store.ts';
import type { Admission } from './compact.ts';
import type { LogVector } from './log-vector.ts';

/**
 * What the members of a library say to have applied, as a hub keeps it: by their word it lets go of what is superseded,
 * as it has no ingest of its own (LOG-3). Changed only within a transaction of the log; `reload` after one that failed.
 */
export class LogAcks {
  readonly #store: Store;
  #ackByDevice = new Map<DeviceId, Ack>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** Whether an ack may be relied on, and says anything new. Members without number are not listened to. */
  isNews(ack: Ack, have: Vector): boolean {
    if (!isAckUsable(ack, have)) return false;
    const known = this.#ackByDevice.get(ack.device);
    if (known === undefined) return this.#ackByDevice.size < limits.peersMax;
    return !bytesOf(known).equals(bytesOf(ack));
  }

  /** Takes an ack in; answers the lowest seq of what may count now and did not before, else null. */
  take(ack: Ack, vector: LogVector): number | null {
    const behind = newlyAcked(this.#ackByDevice.get(ack.device), ack);
    this.#ackByDevice.set(ack.device, ack);
    this.#store.acks.set(ack.device, bytesOf(ack));
    let lowest: number | null = null;
    for (const [stream, originSeq] of behind) {
      const seq = this.#store.entries.lowestSeqBeyond(vector.idOf(stream), originSeq);
      if (seq !== null) lowest = Math.min(seq, lowest ?? seq);
    }
    return lowest;
  }

  /** All of a hub's log is looked at: members may have applied any of it. */
  admission(headSeq: number): Admission {
    return {
      toSeq: headSeq,
      admit: (ofRecord) => {
        const admitted = admittedByAcks(ofRecord, this.#ackByDevice.values());
        return ofRecord.map((entry) => ({ ...entry, isAdmitted: admitted.has(entry) }));
      },
    };
  }

  reload(): void {
    const acks = this.#store.acks.all();
    this.#ackByDevice = new Map(
      acks.map(({ device, bytes }) => [device, ackFromWire(WireAck.decode(bytes))]),
    );
  }
}

function bytesOf(ack: Ack): Buffer {
  return Buffer.from(WireAck.encode(ackToWire(ack)).finish());
}
