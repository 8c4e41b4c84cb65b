/** The version of what devices and services say to each other. It steps with every released change of a message. */
export const protocolVersion = 1;

/** SHA-256 over the descriptors of all messages and services of this version; a test compares it with the contract. */
export const contractFingerprint = '76f031de402380a0c462d3ad8e61dfa1df7f9298e12ff286e005d8f7ea470d27';
