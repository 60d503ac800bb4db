export interface Instruction {
  keyword: string;
  text: string;
}

export interface Stage {
  image: string;
  platform: string;
  name: string;
  instructions: Instruction[];
}

export function parseDockerfile(text: string): Stage[];
export function parsePairs(text: string): [string, string][];
