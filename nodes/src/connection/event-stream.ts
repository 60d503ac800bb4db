/** One server-sent event. */
export interface ServerSentEvent {
  event: string;
  data: string;
}

/** Takes server-sent events out of a stream of bytes (WHATWG HTML, section 9.2). */
export async function* readEvents(
  stream: AsyncIterable<Uint8Array>,
): AsyncGenerator<ServerSentEvent> {
  const decoder = new TextDecoder();
  let rest = '';
  let event = '';
  let data: string[] = [];
  for await (const bytes of stream) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split(/\r?\n/);
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const [, field, value = ''] = /^([^:]*):? ?(.*)$/.exec(line) ?? [];
      if (field === 'event') event = value;
      else if (field === 'data') data.push(value);
      if (line !== '') continue;
      if (data.length > 0) yield { event, data: data.join('\n') };
      event = '';
      data = [];
    }
  }
}
