/** The version of what devices and services say to each other. It steps with every released change of a message. */
export const protocolVersion = 1;

/** SHA-256 over the descriptors of all messages and services of this version; a test compares it with the contract. */
export const contractFingerprint = 'c466784f92a6c492ccdfb59d244aecc4f664cbe99bcd4afd1adeb383abdbaca0';
