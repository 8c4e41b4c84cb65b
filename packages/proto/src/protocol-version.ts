/** The version of what devices and services say to each other. It steps with every released change of a message. */
export const protocolVersion = 1;

/** SHA-256 over the descriptors of all messages and services of this version; a test compares it with the contract. */
export const contractFingerprint = '7790541b95ed58386593dc235cc1b68aa1f93b1c93f271803fecf90f3405c309';
