const { navigator } = globalThis as { navigator?: { languages: readonly string[] } };

/** The languages of the browser, the best liked first; those of the system where there is no browser. */
export const locales: string[] = [...(navigator?.languages ?? [])].filter(isLanguage);

/** Browsers hand on what their users or their systems call a language, such as `en-US@posix`; Intl throws at it. */
function isLanguage(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length > 0;
  } catch {
    return false;
  }
}
