/** The version of what devices and services say to each other. It steps with every released change of a message. */
export const protocolVersion = 1;

/** SHA-256 over the descriptors of all messages and services of this version; a test compares it with the contract. */
export const contractFingerprint = 'c0f4ed9595e71c4878077706ff51265b412356704bb2a1967ffbefbce781cf56';
