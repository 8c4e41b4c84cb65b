/** The version of what devices and services say to each other. It steps with every released change of a message. */
export const protocolVersion = 1;

/** SHA-256 over the descriptors of all messages and services of this version; a test compares it with the contract. */
export const contractFingerprint = 'a7c408b1d4da534251d5f6527ffa9fef0c2a5ce996e4df070859cb1ce62d51e5';
