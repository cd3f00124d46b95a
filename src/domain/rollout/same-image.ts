import { type ImageRef, imageText } from '../units/image.ts';
import { digestIn } from './hold.ts';

/** Whether an image, as a workload names it, is the one that a person names: by its digest, else by its text. No registry is asked. */
export const isSameImage = (text: string, wanted: ImageRef): boolean =>
  text === imageText(wanted) || (wanted.digest !== undefined && digestIn(text) === wanted.digest);
