/** The version of what devices and services say to each other. It steps with every released change of a message. */
export const protocolVersion = 1;

/** SHA-256 over the descriptors of all messages and services of this version; a test compares it with the contract. */
export const contractFingerprint = '52894a46685e119ee414e203f08953b7d0dad114ec8c1aac77015588a3192a1c';
