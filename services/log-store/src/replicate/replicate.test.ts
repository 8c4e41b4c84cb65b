import { copyFileSync } from 'node:fs';
import { memoryNetwork } from '@shoal/bus';
import type { LibraryId } from '@shoal/core';
import { describe, expect, it } from 'vitest';
import { deviceA, deviceB, deviceC } from '../testing/make-entry.ts';
import { type MemoryPeer, openMemoryPeer } from '../testing/memory-peer.ts';

const within = { timeout: 15_000, interval: 5 };
const soonEqual = (...peers: readonly MemoryPeer[]) =>
  expect
    .poll(() => peers.map((peer) => peer.contents()), within)
    .toSatisfy((contents: string[][]) => {
      const [first, ...others] = contents.map((each) => JSON.stringify(each));
      return first !== '[]' && others.every((other) => other === first);
    });
const soonCounts = (peer: MemoryPeer, count: number) =>
  expect.poll(() => peer.status().entries, within).toBe(count);
const range = (from: number, count: number) =>
  Array.from({ length: count }, (_, at) => ({ record: from + at, at: from + at }));
/** Nobody holds a position twice, and all claim the same. */
const expectWhole = (...peers: readonly MemoryPeer[]) => {
  for (const peer of peers) {
    const positions = peer.positions();
    expect(new Set(positions).size).toBe(positions.length);
    expect(peer.status().have).toEqual(peers[0]!.status().have);
  }
};

describe('replicate', () => {
  it('[REP-3] what is appended on A is on B, with its numbers', async () => {
    const network = memoryNetwork();
    const a = openMemoryPeer(network, deviceA);
    const b = openMemoryPeer(network, deviceB);
    expect(a.append({ record: 1, at: 1 }, { record: 2, at: 2 })).toBe(2);
    await soonEqual(a, b);
    expect(b.positions()).toEqual(a.positions());
    expectWhole(a, b);
  });

  it('[REP-1] a log-store that starts later pulls what was there before', async () => {
    const network = memoryNetwork();
    const a = openMemoryPeer(network, deviceA);
    for (let group = 0; group < 5; group += 1) a.append(...range(1 + group * 500, 500));
    const b = openMemoryPeer(network, deviceB);
    await soonCounts(b, 2_500);
    expectWhole(a, b);
  });

  it('[S3-21] every member of the library gets a change, and nobody of another one on the same network', async () => {
    const network = memoryNetwork();
    const [a, b, c] = [deviceA, deviceB, deviceC].map((device) => openMemoryPeer(network, device));
    const other = { library: '018f0000-0000-7000-8000-0000000000ff' as LibraryId };
    const stranger = openMemoryPeer(network, deviceA, Math.random, other);
    const friend = openMemoryPeer(network, deviceB, Math.random, other);
    a!.append(...range(1, 50));
    await soonEqual(a!, b!, c!);
    // What comes behind it has arrived, so that would have.
    stranger.append({ record: 900, at: 900 });
    await soonEqual(stranger, friend);
    expect(friend.contents()).toHaveLength(1);
    for (const peer of [a!, b!, c!]) expect(peer.contents()).toHaveLength(50);
  });

  it('[REP-3] cut off from each other both go on, and are equal after the link heals', async () => {
    const network = memoryNetwork();
    const a = openMemoryPeer(network, deviceA);
    const b = openMemoryPeer(network, deviceB);
    a.append({ record: 1, at: 1 });
    await soonEqual(a, b);
    b.cut();
    a.append({ record: 1, at: 10 }, { record: 2, at: 11 });
    b.append({ record: 1, at: 12 }, { record: 3, at: 13 });
    b.append({ record: 4, at: 14 });
    expect(a.contents()).not.toEqual(b.contents());
    b.heal();
    await soonEqual(a, b);
    expect(a.status().entries).toBe(6);
    expectWhole(a, b);
  });

  it('[REP-6] a restart of either in the middle of traffic loses and doubles nothing', async () => {
    const network = memoryNetwork();
    const a = openMemoryPeer(network, deviceA);
    const b = openMemoryPeer(network, deviceB);
    let record = 0;
    const traffic = () => {
      for (const peer of [a, b]) {
        peer.append(...range(record, 20));
        record += 20;
      }
    };
    traffic();
    await a.restart();
    traffic();
    await b.restart();
    traffic();
    await Promise.all([a.restart(), b.restart()]);
    traffic();
    await soonCounts(a, 160);
    await soonEqual(a, b);
    expectWhole(a, b);
  });

  it('[TOP-4] a device that is never online together with another has its changes through a third', async () => {
    const network = memoryNetwork();
    const a = openMemoryPeer(network, deviceA);
    const relay = openMemoryPeer(network, deviceB);
    a.append(...range(1, 30));
    await soonCounts(relay, 30);
    await a.stop();
    const c = openMemoryPeer(network, deviceC);
    c.append(...range(100, 10));
    await soonCounts(c, 40);
    await soonCounts(relay, 40);
    await c.stop();
    await a.restart();
    await soonCounts(a, 40);
    expectWhole(a, relay);
  });

  it('[REP-3] nothing is told again by the one that received it', async () => {
    const network = memoryNetwork();
    const lives: string[] = [];
    network.connect().bus.subscribe('lib.*.live.*', ({ subject }) => lives.push(subject));
    const peers = [deviceA, deviceB, deviceC].map((device) => openMemoryPeer(network, device));
    const [a, b, c] = peers as [MemoryPeer, MemoryPeer, MemoryPeer];
    a.append({ record: 1, at: 1 });
    await soonEqual(a, b, c);
    expect(lives).toEqual([expect.stringContaining(deviceA)]);
  });

  it('[REP-3] a lost live message is found by the next heartbeat, also when nothing else happens', async () => {
    const network = memoryNetwork();
    const a = openMemoryPeer(network, deviceA);
    const b = openMemoryPeer(network, deviceB);
    a.append({ record: 1, at: 1 });
    await soonEqual(a, b);
    a.append({ record: 2, at: 2 });
    // Lost on its way: delivery checks the link that the message was sent on.
    a.cut();
    a.heal();
    await soonEqual(a, b);
    expect(b.status().entries).toBe(2);
  });

  it('[TOP-5] each log-store says what it knows of the others', async () => {
    const network = memoryNetwork();
    const a = openMemoryPeer(network, deviceA);
    const b = openMemoryPeer(network, deviceB);
    a.append({ record: 1, at: 1 });
    await soonEqual(a, b);
    await expect.poll(() => b.status().peers.length, within).toBe(1);
    const [peer] = b.status().peers;
    expect(peer).toMatchObject({ logId: a.status().logId, behind: 0 });
    expect(Math.abs(peer!.lastHeardMs - Date.now())).toBeLessThan(15_000);
    expect(b.status().state).toBe('idle');
  });

  it('[LOG-4] logs that compact while they exchange end with the same state', async () => {
    const network = memoryNetwork();
    const peers = [deviceA, deviceB].map((device) => openMemoryPeer(network, device));
    const [a, b] = peers as [MemoryPeer, MemoryPeer];
    for (let edit = 1; edit <= 60; edit += 1) {
      a.append({ record: 1, at: edit, domain: 'index' }, { record: edit + 1, at: edit, domain: 'index' });
      b.append({ record: 500, at: edit, domain: 'index' });
      if (edit % 10 === 0) for (const peer of peers) peer.acknowledge();
    }
    await expect
      .poll(() => {
        for (const peer of peers) peer.acknowledge();
        return peers.map((peer) => peer.status().entries);
      }, within)
      .toEqual([62, 62]);
    await soonEqual(a, b);
    const c = openMemoryPeer(network, deviceC);
    await soonEqual(a, c);
    expectWhole(a, b, c);
  });

  it('[REP-6] a log put back from a copy has back from its peers what it forgot, before it is called settled', async () => {
    const network = memoryNetwork();
    const [a, b] = [openMemoryPeer(network, deviceA), openMemoryPeer(network, deviceB)];
    a.append(...range(1, 3));
    await a.stop();
    copyFileSync(a.path, `${a.path}.copy`);
    await a.restart();
    a.append(...range(10, 4));
    const seen = a.see();
    await soonCounts(b, 7);
    await a.stop();
    copyFileSync(`${a.path}.copy`, a.path);
    await a.restart();
    expect(a.recognise(seen)).toMatchObject({ settling: true });
    expect(a.see().logId).not.toBe(seen.logId);
    await expect.poll(() => a.recognise(seen).settling, within).toBe(false);
    expect(a.status().entries).toBe(7);
    a.append(...range(20, 2));
    await soonEqual(a, b);
    expectWhole(a, b);
  });

  it('[REP-6] a log that hears from a peer of more than it knows of itself takes a new id', async () => {
    const network = memoryNetwork();
    const [a, b] = [openMemoryPeer(network, deviceA), openMemoryPeer(network, deviceB)];
    a.append(...range(1, 3));
    await a.stop();
    copyFileSync(a.path, `${a.path}.copy`);
    const { logId } = b.status();
    await a.restart();
    const before = a.status().logId;
    a.append(...range(10, 4));
    await soonCounts(b, 7);
    await a.stop();
    copyFileSync(`${a.path}.copy`, a.path);
    await a.restart();
    await soonCounts(a, 7);
    await expect.poll(() => a.status().logId, within).not.toBe(before);
    expect(b.status().logId).toBe(logId);
    expectWhole(a, b);
  });
});
