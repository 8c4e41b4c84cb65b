/** What holds a device back from taking in what others have (ING-4, ING-5). Outlives its processes. */
export interface DevicePressure {
  /** By a person's wish: nothing is taken in and nothing applied. */
  isPaused: boolean;
  /** There is room for what the device writes itself, and for no more. */
  isDiskFull: boolean;
}
