/** What is to be read on each page of the example dashboards, where the demo's household is metered. */
export const dashboardContent: [path: string, texts: (string | RegExp)[]][] = [
  ['/network', ['NAS', /^[\d.]+ [MG]B$/, /Mbit\/s/]],
  ['/device-history', ['Whole network', '31 days', /^\d{4}-\d\d-\d\d$/, /^[\d.]+ GB$/]],
  ['/limits', ['Children, day', /has used [\d.]+ [MG]B of 1\.0 MB today\./]],
  ['/rename-devices', ['NAS', 'Washing machine', /^192\.168\.178\.\d+$/]],
  ['/new-devices', ['Doorbell', /First seen/, 'I know it']],
];
