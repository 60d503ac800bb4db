/** The stages of a Dockerfile as far as ours go: no ARG, no flags but `--platform`, `--from` and those of HEALTHCHECK. */
export function parseDockerfile(text) {
  const joined = text.replaceAll(/^#.*\n/gm, '').replaceAll(/\\\n\s*/g, '');
  const stages = [];
  for (const line of joined.split('\n').filter((each) => each.trim() !== '')) {
    const [, keyword = '', rest = ''] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
    if (keyword === '') throw new Error(`This is no instruction: ${line}`);
    if (keyword === 'FROM') stages.push(openStage(rest));
    else stages.at(-1)?.instructions.push({ keyword, text: rest });
  }
  return stages;
}

function openStage(text) {
  const {
    platform = '',
    image = '',
    name = '',
  } = /^(?:--platform=(?<platform>\S+) )?(?<image>\S+)(?: AS (?<name>\S+))?$/.exec(text)?.groups ??
  {};
  return { image, platform, name, instructions: [] };
}

/** What ENV and LABEL set. */
export function parsePairs(text) {
  return [...text.matchAll(/([\w.]+)=(?:"([^"]*)"|(\S+))/g)].map(
    ([, key = '', quoted, plain = '']) => [key, quoted ?? plain],
  );
}
