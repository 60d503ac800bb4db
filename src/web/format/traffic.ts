/** Internet traffic in bytes. */
export interface Traffic {
  download: number;
  upload: number;
}

export const noTraffic: Traffic = { download: 0, upload: 0 };

/** Both directions together. */
export function totalOf({ download, upload }: Traffic): number {
  return download + upload;
}

export function sumOf(all: readonly Traffic[]): Traffic {
  const sum = { ...noTraffic };
  for (const { download, upload } of all) {
    sum.download += download;
    sum.upload += upload;
  }
  return sum;
}
