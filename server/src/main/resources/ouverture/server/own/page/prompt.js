// What a model is asked, the messages before an answer and the settings, and what becomes of its answer.

export const EFFORTS = ['off', 'low', 'medium', 'high', 'auto'];
export const NUMBERS = ['temperature', 'top_p', 'top_k', 'min_p', 'repetition_penalty', 'presence_penalty',
  'frequency_penalty', 'seed', 'max_tokens'];

/** Begins one more version of an answer, which remembers what it follows: the system prompt and, of each earlier
    answer, the version that was shown. */
export function begunVersion(conversation, answer, system, model) {
  const after = earlier(conversation, answer).filter((message) => message.role === 'assistant')
    .map((message) => message.current);
  return {text: '', thoughts: '', model, system: system?.trim() ? system : '', after, state: 'running',
    firstMillis: 0, millis: 0};
}

function earlier(conversation, answer) {
  return conversation.messages.slice(0, conversation.messages.indexOf(answer));
}

/** The messages that a version of an answer followed, as the API takes them. */
export function messagesBefore(conversation, answer, version) {
  const messages = version.system ? [{role: 'system', content: version.system}] : [];
  let answers = 0;
  for (const message of earlier(conversation, answer)) {
    messages.push(message.role === 'user'
      ? {role: 'user', content: message.content}
      : said(message.versions[version.after[answers++]]));
  }
  return messages;
}

/** A version of an answer as a message. */
export function said({text, thoughts}) {
  return {role: 'assistant', content: text, ...(thoughts && {reasoning: thoughts})};
}

/** The request for a version of an answer. */
export function request(conversation, answer, version, effort, settings) {
  const body = {
    model: version.model,
    messages: messagesBefore(conversation, answer, version),
    reasoning_effort: effort === 'off' ? 'none' : effort,
  };
  for (const name of NUMBERS) {
    if (settings[name] !== undefined && settings[name] !== '') {
      body[name] = Number(settings[name]);
    }
  }
  if (settings.stop) {
    body.stop = settings.stop;
  }
  return body;
}

/** Adds to a version what has come of it. `now` is the time since it was asked for, in milliseconds. */
export function take(version, chunk, now) {
  const choice = chunk.choices?.[0];
  const text = choice?.delta?.content ?? '';
  const thoughts = choice?.delta?.reasoning ?? '';
  if (text || thoughts) {
    version.firstMillis ||= now;
    version.text += text;
    version.thoughts += thoughts;
  }
  if (choice?.finish_reason) {
    version.millis = now;
    version.state = choice.finish_reason === 'length' ? 'limit' : version.state;
  }
  version.note = chunk.reasoning_applied?.note ?? version.note;
  version.usage = chunk.usage ?? version.usage;
}
