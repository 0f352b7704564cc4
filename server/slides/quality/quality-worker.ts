/** Worker process: computes the quality of slides from their pixels. */
import { serveTasks } from '#server/codecs/worker-protocol.ts';
import { qualityHere } from './quality-tasks.ts';

serveTasks({ overview: qualityHere.overview, focus: qualityHere.focus, macro: qualityHere.macro });
