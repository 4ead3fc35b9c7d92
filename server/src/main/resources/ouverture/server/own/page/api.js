// The server's own API, which is OpenAI's.

/** What the server said instead of an answer; status 0 if it said nothing. */
export class ApiError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

async function ask(path, key, options) {
  const headers = {...options.headers, ...(key && {authorization: `Bearer ${key}`})};
  let response;
  try {
    response = await fetch(path, {...options, headers});
  } catch (failure) {
    throw failure.name === 'AbortError' ? failure : new ApiError(0, failure.message);
  }
  if (!response.ok) {
    const body = await response.json().catch(() => ({}));
    throw new ApiError(response.status, body.error?.message ?? `${response.status} ${response.statusText}`);
  }
  return response;
}

/** What the server answers in JSON; `body` is JSON too, or a value that becomes it. */
export async function exchange(method, path, key, body) {
  const response = await ask(path, key, {
    method,
    ...(body !== undefined && {
      headers: {'content-type': 'application/json'},
      body: typeof body === 'string' ? body : JSON.stringify(body),
    }),
  });
  return response.json();
}

/** The judged answers as lines of JSON. */
export async function judgements(form, key) {
  return (await ask(`/v1/judgements?form=${form}`, key, {})).text();
}

/** The models that the server has: `{id, loaded, context_length}`. */
export async function models(key) {
  return (await exchange('GET', '/v1/models', key)).data;
}

/** The chunks of an answer, one by one, as they come. */
export async function* chat(request, key, signal) {
  const response = await ask('/v1/chat/completions', key, {
    method: 'POST',
    headers: {'content-type': 'application/json'},
    body: JSON.stringify({...request, stream: true, stream_options: {include_usage: true}}),
    signal,
  });
  for await (const data of events(response.body)) {
    if (data === '[DONE]') {
      return;
    }
    const chunk = JSON.parse(data);
    if (chunk.error) {
      throw new ApiError(response.status, chunk.error.message);
    }
    yield chunk;
  }
  throw new ApiError(0, '');
}

/** The data of server-sent events (WHATWG HTML, section 9.2); ours have one line each. */
async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let pending = '';
  try {
    while (true) {
      const {value, done} = await reader.read();
      if (done) {
        return;
      }
      const lines = (pending + value).split('\n');
      pending = lines.pop();
      for (const line of lines) {
        if (line.startsWith('data: ')) {
          yield line.slice(6);
        }
      }
    }
  } catch (failure) {
    throw failure.name === 'AbortError' ? failure : new ApiError(0, failure.message);
  }
}
