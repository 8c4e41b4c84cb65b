/** What has to be undone, in the reverse of the order in which it was done. */
export interface CleanUp {
  add(step: () => Promise<void>): void;
  /** Runs all steps, also when one fails; throws the first failure then. A second call runs nothing. */
  run(): Promise<void>;
}

/** An empty list of things to undo. */
export function cleanUp(): CleanUp {
  const steps: (() => Promise<void>)[] = [];
  return {
    add: (step) => {
      steps.push(step);
    },
    run: async () => {
      const failures: unknown[] = [];
      for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
        try {
          await step();
        } catch (error) {
          failures.push(error);
        }
      }
      if (failures.length > 0) throw failures[0];
    },
  };
}
