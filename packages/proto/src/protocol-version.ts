/** The version of what devices and services say to each other. It steps with every released change of a message. */
export const protocolVersion = 1;

/** SHA-256 over the descriptors of all messages and services of this version; a test compares it with the contract. */
export const contractFingerprint = 'dbe21f535c0e033e62174050f473ba29b49e35adcd46de4aee68442dbd392395';
