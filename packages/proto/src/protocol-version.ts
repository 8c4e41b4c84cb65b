/** The version of what devices and services say to each other. It steps with every released change of a message. */
export const protocolVersion = 1;

/** SHA-256 over the descriptors of all messages and services of this version; a test compares it with the contract. */
export const contractFingerprint = '84028082d38582848d5f059984dfdcee29b3637f7d71f8f1f26b4798b968f45b';
