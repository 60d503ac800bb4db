/** The network's rates in one second, bytes per second. */
export interface Sample {
  /** Epoch ms. */
  at: number;
  download: number;
  upload: number;
}
