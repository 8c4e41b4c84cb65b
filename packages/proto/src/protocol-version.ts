/** The version of what devices and services say to each other. It steps with every released change of a message. */
export const protocolVersion = 1;

/** SHA-256 over the descriptors of all messages and services of this version; a test compares it with the contract. */
export const contractFingerprint = 'bdca69162c9ccac323ac98f4f4b00daccec49a1052662ee26863564d12955415';
