/** The version of what devices and services say to each other. It steps with every released change of a message. */
export const protocolVersion = 1;

/** SHA-256 over the descriptors of all messages and services of this version; a test compares it with the contract. */
export const contractFingerprint = 'b0edd4ec634a669a4481a82eee1d29b37610dbdb62ec72f05797e2c871e85fa9';
