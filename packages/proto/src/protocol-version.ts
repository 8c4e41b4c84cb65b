/** The version of what devices and services say to each other. It steps with every released change of a message. */
export const protocolVersion = 1;

/** SHA-256 over the descriptors of all messages and services of this version; a test compares it with the contract. */
export const contractFingerprint = '6e0ec9c386a20c90321d1926531d53ed430bb1b704c9c90e293f26aade15ab2c';
