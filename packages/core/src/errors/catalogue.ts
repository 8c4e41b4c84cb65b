/**
 * Every failure that Shoal reports, in one place: what it means, what to do about it, whether trying again
 * can help, and the exit code of the command line. `docs/errors.md` is checked against this table.
 */
export interface ErrorEntry {
  readonly meaning: string;
  readonly remedy: string;
  readonly retryable: boolean;
  /** Exit code of `shoal`; 1 is kept for bugs. */
  readonly exitCode: number;
}

export const errorCatalogue = {
  'invalid-argument': {
    meaning: 'A value has the wrong type, is missing, or is outside of its bounds.',
    remedy: 'Correct the field that the message names.',
    retryable: false,
    exitCode: 2,
  },
  'unknown-model': {
    meaning: 'No model of that name is registered.',
    remedy: 'Use one of the models that the message lists.',
    retryable: false,
    exitCode: 2,
  },
  'unknown-field': {
    meaning: 'The model has no synced field of that name.',
    remedy: 'Use one of the fields that the message lists.',
    retryable: false,
    exitCode: 2,
  },
  'missing-reference': {
    meaning: 'A reference points to a record that is not visible on this device.',
    remedy: 'Create the record first, or wait until it has arrived.',
    retryable: false,
    exitCode: 2,
  },
  'unique-taken': {
    meaning: 'Another record has this value, which only one of them may have.',
    remedy: 'Choose another value, or change the record that the message names.',
    retryable: false,
    exitCode: 2,
  },
  'already-set': {
    meaning: 'The field keeps the value that it was given first, and it has one.',
    remedy: 'Leave the field out, or make a new record.',
    retryable: false,
    exitCode: 2,
  },
  'not-captured': {
    meaning:
      'A statement would write a synced table past the capture, so that no other device would hear of it.',
    remedy: 'Change entities and flush, or call `syncModel`, `syncModelWithDb` or `syncModelsBatch`.',
    retryable: false,
    exitCode: 2,
  },
  'changed-since': {
    meaning: 'What was decided upon is not what it was when it was shown.',
    remedy: 'Look at it again, as with `shoal conflicts show`, and decide anew.',
    retryable: false,
    exitCode: 2,
  },
  'payload-too-large': {
    meaning: 'A value or a record is larger than may be synced.',
    remedy: 'Store large content as a file, and its name in the record.',
    retryable: false,
    exitCode: 2,
  },
  'not-a-folder': {
    meaning: 'The path is not a folder that can be read.',
    remedy: 'Name a folder that exists and can be read.',
    retryable: false,
    exitCode: 2,
  },
  'already-exists': {
    meaning: 'What should be made is there already.',
    remedy: 'Use what is there, or choose another name.',
    retryable: false,
    exitCode: 2,
  },
  'not-found': {
    meaning: 'What was asked for does not exist on this device.',
    remedy: 'List what there is; it may also not have arrived yet.',
    retryable: false,
    exitCode: 4,
  },
  'not-owner': {
    meaning: 'The record belongs to another device, which alone may write it.',
    remedy: 'Make the change on the device that the message names; tag the content instead of the file.',
    retryable: false,
    exitCode: 5,
  },
  'incomplete-record': {
    meaning: 'A deleted record is brought back only by a write of every synced field.',
    remedy: 'Write the whole record (replace instead of put).',
    retryable: false,
    exitCode: 2,
  },
  'schema-not-agreed': {
    meaning: 'The value needs a newer schema than all devices of the library know.',
    remedy: 'Update Shoal on the other devices, or leave the field out until then.',
    retryable: false,
    exitCode: 2,
  },
  'invalid-model': {
    meaning: 'A model declaration contradicts itself or the others.',
    remedy: 'Change the declaration as the message says.',
    retryable: false,
    exitCode: 2,
  },
  unauthenticated: {
    meaning: 'The call carries no token, or a wrong one.',
    remedy: "Read the token from the home's file `token`, or name the right home.",
    retryable: false,
    exitCode: 6,
  },
  'home-in-use': {
    meaning: 'Another process runs on this home.',
    remedy: 'Stop it first, or use another home.',
    retryable: false,
    exitCode: 7,
  },
  'home-elsewhere': {
    meaning: 'The home lies elsewhere than when it ran last: it was moved or copied.',
    remedy: 'Say which with `shoal home moved` or `shoal home copied`; a copy becomes a new device.',
    retryable: false,
    exitCode: 11,
  },
  unavailable: {
    meaning: 'A service does not answer.',
    remedy: 'Start the device with `shoal up`, or wait until it has started.',
    retryable: true,
    exitCode: 8,
  },
  'deadline-exceeded': {
    meaning: 'No answer came within the deadline.',
    remedy: 'Try again; `shoal status` shows what is slow.',
    retryable: true,
    exitCode: 8,
  },
  'missing-dependency': {
    meaning: 'A program that Shoal needs is not installed.',
    remedy: 'Install it with the command in the message.',
    retryable: false,
    exitCode: 3,
  },
  'malformed-message': {
    meaning: 'Bytes from outside do not parse, or pass a bound.',
    remedy: 'Update the sender; if the versions are equal, report it.',
    retryable: false,
    exitCode: 9,
  },
  'unsealing-failed': {
    meaning: 'A payload does not open with the key that it names, or was changed on its way.',
    remedy: 'Check that the device has the library key; the entry waits in quarantine.',
    retryable: false,
    exitCode: 9,
  },
  'version-mismatch': {
    meaning: 'A file or a peer is of a version that this program does not know.',
    remedy: 'Update Shoal on this device.',
    retryable: false,
    exitCode: 9,
  },
  'storage-failed': {
    meaning: 'A file or a database could not be read or written.',
    remedy: 'Look at the cause in the message: space, rights, a damaged disk.',
    retryable: true,
    exitCode: 10,
  },
  'disk-full': {
    meaning: 'A file could not grow: the disk that it lies on is full, or a quota is used up.',
    remedy: 'Make room where the message says; Shoal goes on by itself, and nothing is lost meanwhile.',
    retryable: true,
    exitCode: 10,
  },
  'read-only': {
    meaning: 'A file or a folder may be read and not written.',
    remedy: 'Give its user the right to write, or mount the disk for writing; Shoal goes on by itself.',
    retryable: true,
    exitCode: 10,
  },
  'port-taken': {
    meaning: 'Another program listens on the port that a setting names.',
    remedy: 'End that program, or write another port, or 0 for any free one, into the setting.',
    retryable: true,
    exitCode: 12,
  },
  'location-unavailable': {
    meaning: 'The folder of a location is not there, or another one stands in its place.',
    remedy:
      'Plug its disk in again; if the folder was replaced, say `shoal location rescan PATH --accept-new-root`.',
    retryable: true,
    exitCode: 8,
  },
  'damaged-file': {
    meaning: 'A file of the home does not hold what it should.',
    remedy: 'Restore the file that the message names from a copy, or correct the field.',
    retryable: false,
    exitCode: 10,
  },
  'not-shared': {
    meaning: 'What was written here has not reached another device as far as is known.',
    remedy: 'Let another device of the library be on for a moment, or say --force, and lose it here.',
    retryable: true,
    exitCode: 13,
  },
  'check-failed': {
    meaning: 'A check of `shoal doctor` found something that keeps this device from working as it should.',
    remedy: 'Do what stands below each check that failed, and run it again.',
    retryable: false,
    exitCode: 14,
  },
  interrupted: {
    meaning: 'Somebody asked the command to end before it had done what it was for.',
    remedy: 'Run it again; what was done is kept.',
    retryable: false,
    exitCode: 130,
  },
  internal: {
    meaning: 'A bug.',
    remedy: 'Report it with the log of the service.',
    retryable: false,
    exitCode: 1,
  },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof errorCatalogue;
