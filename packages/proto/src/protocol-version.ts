/** The version of what devices and services say to each other. It steps with every released change of a message. */
export const protocolVersion = 1;

/** SHA-256 over the descriptors of all messages and services of this version; a test compares it with the contract. */
export const contractFingerprint = '2c5a53527a68b6303d9ac3631578593d36ccbd1ca11d6f1d88eca574cb4fcae1';
