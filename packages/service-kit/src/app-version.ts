/** The version that a device, and each of its processes, says it runs. */
export const appVersion = '0.1.0';
