import { pcapFile, PcapngSection } from '../support/capture-file.ts';
import { payload } from './read-file.ts';

export const small = [payload(20, 1), payload(0), payload(33, 100)];

export const pcapWhole = pcapFile(small.map((bytes) => ({ bytes })));

export const pcapngParts = small.map((bytes) =>
  new PcapngSection(false).interface().packet(bytes).done(),
);

export const pcapngWhole = Buffer.concat(pcapngParts);
