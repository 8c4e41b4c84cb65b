/** The version of what devices and services say to each other. It steps with every released change of a message. */
export const protocolVersion = 1;

/** SHA-256 over the descriptors of all messages and services of this version; a test compares it with the contract. */
export const contractFingerprint = 'fb583203e3c82af9bd66cc1bbed037f113ab0e8012e968c17c8ff524e69df48b';
