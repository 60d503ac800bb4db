const { navigator } = globalThis as { navigator?: { languages: readonly string[] } };

/** The languages of the browser, the best liked first; those of the system where there is no browser. */
export const locales: string[] = [...(navigator?.languages ?? [])];
