/** The version of what devices and services say to each other. It steps with every released change of a message. */
export const protocolVersion = 1;

/** SHA-256 over the descriptors of all messages and services of this version; a test compares it with the contract. */
export const contractFingerprint = '584e5534bf8d73ce333b3c5fba929955bc774d80d165078380fa15cf450d5d7f';
