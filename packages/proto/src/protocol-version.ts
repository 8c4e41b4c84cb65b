/** The version of what devices and services say to each other. It steps with every released change of a message. */
export const protocolVersion = 1;

/** SHA-256 over the descriptors of all messages and services of this version; a test compares it with the contract. */
export const contractFingerprint = '788a25d30f1c3261ad929e2d888142c58408d6925c4d9e5f883434d36acc8a07';
