import { ShoalError } from '@shoal/core';
import type { Command } from 'commander';
import { countVerdicts, findingLines } from '../doctor/describe-findings.ts';
import { attempt } from '../doctor/finding.ts';
import { runDoctor } from '../doctor/run-doctor.ts';
import { helpExamples } from '../help-examples.ts';
import { addCommand, type CommonOptions } from '../leaf-command.ts';
import { addSettingFlags, layersOf, settingsProblem, withBrokenConfig } from '../settings/settle-settings.ts';
import { counted } from '../show/counted.ts';
import { paintFor } from '../show/paint.ts';
import { outputOf, type Surroundings } from '../surroundings.ts';

interface DoctorCommandOptions extends CommonOptions {
  readonly deep?: boolean;
  readonly repair?: boolean;
}

/** `shoal doctor`: what is wrong with this device and what to do about it; fails if a check does. */
export function addDoctorCommand(program: Command, surroundings: Surroundings): void {
  const command = addCommand(program, 'doctor', 'what is wrong with this device, and what to do about it');
  addSettingFlags(withBrokenConfig(command), 'natsServer')
    .option('--deep', 'read all databases through, however long that takes')
    .option('--repair', 'mend what can be mended without a choice: rights of files, derived tables')
    .addHelpText('after', helpExamples('doctor', 'doctor --deep --json', 'doctor --repair --home a'))
    .action(async (options: DoctorCommandOptions) => {
      const output = outputOf(surroundings, options);
      output.progress('looking');
      const repaired: string[] = [];
      const mending = await attempt('repair', async () => {
        if (options.repair === true) repaired.push(...(await mend(options.home)));
        return [];
      });
      const looked = await runDoctor({
        home: options.home,
        natsServer: surroundings.config.natsServer,
        configFile: layersOf(command, surroundings.config).file,
        configProblem: settingsProblem(command, surroundings.config),
        isDeep: options.deep === true,
      });
      const findings = [...mending, ...looked];
      const counts = countVerdicts(findings);
      const paint = paintFor(surroundings.stdout);
      output.result({ ...counts, repaired, checks: findings }, () => [
        ...repaired.map((line) => `mended: ${line}`),
        ...findingLines(findings, paint),
      ]);
      if (counts.fail === 0) return;
      const failed = new Set(findings.filter(({ verdict }) => verdict === 'fail').map(({ check }) => check));
      throw new ShoalError(
        'check-failed',
        `${counted(counts.fail, 'check')} failed: ${[...failed].join(', ')}`,
      );
    });
}

/** Loaded only here, with all that writes. */
async function mend(home: string): Promise<readonly string[]> {
  const { repair } = await import('../doctor/repair.ts');
  return repair(home);
}
