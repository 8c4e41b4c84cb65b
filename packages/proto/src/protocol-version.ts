/** The version of what devices and services say to each other. It steps with every released change of a message. */
export const protocolVersion = 1;

/** SHA-256 over the descriptors of all messages and services of this version; a test compares it with the contract. */
export const contractFingerprint = '6db2d33de6e09d94b9de35dbdbd8e00192ab7e459a5864d00eaf80cde1f30207';
