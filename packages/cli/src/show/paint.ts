import { styleText } from 'node:util';

/** What a colour says. */
export type Tone = 'good' | 'busy' | 'bad' | 'quiet' | 'strong';

const formats = { good: 'green', busy: 'yellow', bad: 'red', quiet: 'dim', strong: 'bold' } as const;

/** Gives a text the colour of its tone, or leaves it as it is. */
export type Paint = (tone: Tone, text: string) => string;

/** Colours for a stream: on a terminal that has them, unless NO_COLOR is set; FORCE_COLOR wants them anyway. */
export function paintFor(stream: object): Paint {
  // Node decides; what is no stream of its own, as in tests, has no colours.
  const isStream = 'on' in stream;
  return (tone, text) =>
    isStream ? styleText(formats[tone], text, { stream: stream as NodeJS.WriteStream }) : text;
}

/** No colours. */
export const plain: Paint = (_, text) => text;
