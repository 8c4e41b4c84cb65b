/** The version of what devices and services say to each other. It steps with every released change of a message. */
export const protocolVersion = 1;

/** SHA-256 over the descriptors of all messages and services of this version; a test compares it with the contract. */
export const contractFingerprint = 'bbd7eca45dac754aa51ec9e0dd6fbd782c2ffe37db0a383528874f423afe2ffd';
