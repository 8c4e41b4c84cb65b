/** The version of what devices and services say to each other. It steps with every released change of a message. */
export const protocolVersion = 1;

/** SHA-256 over the descriptors of all messages and services of this version; a test compares it with the contract. */
export const contractFingerprint = '212cd5c4e7fa6454bc2b9d82dbc0c7fe18d781817467843165a6286766d86237';
