/** The version of what devices and services say to each other. It steps with every released change of a message. */
export const protocolVersion = 1;

/** SHA-256 over the descriptors of all messages and services of this version; a test compares it with the contract. */
export const contractFingerprint = '24b161117fae746e60e39feed241f7d03e998daecf699c3346d1bc71ca0c7c44';
