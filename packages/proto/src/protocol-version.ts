/** The version of what devices and services say to each other. It steps with every released change of a message. */
export const protocolVersion = 1;

/** SHA-256 over the descriptors of all messages and services of this version; a test compares it with the contract. */
export const contractFingerprint = '33c083e4446cb11ea61dde0eb7294993b567c3a56afb4d9112080679414f51a3';
