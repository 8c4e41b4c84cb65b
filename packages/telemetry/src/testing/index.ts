export { type RecordedNumbers, recordNumbers } from './record-numbers.ts';
export { type RecordedSpans, recordSpans } from './record-spans.ts';
