/** The version of what devices and services say to each other. It steps with every released change of a message. */
export const protocolVersion = 1;

/** SHA-256 over the descriptors of all messages and services of this version; a test compares it with the contract. */
export const contractFingerprint = '514bbc28a586d95c6e4e125f9eab99aaec3dfba31932eda9de7eef9071689fa9';
