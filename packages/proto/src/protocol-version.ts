/** The version of what devices and services say to each other. It steps with every released change of a message. */
export const protocolVersion = 1;

/** SHA-256 over the descriptors of all messages and services of this version; a test compares it with the contract. */
export const contractFingerprint = 'e7de6319deab6e40cb674e5deaf0603a3e8eea74af3adaac932b054f89a66308';
