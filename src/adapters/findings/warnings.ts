const most = 10;

/** What a tool warns of, as notes: shown, however it ends. */
export function warningNotes(texts: readonly string[]): readonly string[] {
  const left = texts.length - most;
  return [
    ...texts.slice(0, most).map((text) => `It warns: ${text || 'it does not say of what'}`),
    ...(left > 0 ? [`It warns of ${left} things more: see its log.`] : []),
  ];
}
