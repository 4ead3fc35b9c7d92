// Asks the server at the address in the first argument, and prints what came as one JSON object.
import { Ollama } from 'ollama'

const ollama = new Ollama({ host: process.argv[2] })
const ask = content => ({ model: 'scripted', messages: [{ role: 'user', content }] })
const said = {}

said.whole = (await ollama.chat(ask('Good morning'))).message.content

said.pieces = []
for await (const part of await ollama.chat({ ...ask('one two'), stream: true })) {
  said.pieces.push(part.message.content)
}

const thought = await ollama.chat({ ...ask('think Hm|Yes'), think: true })
said.thinking = thought.message.thinking
said.answer = thought.message.content

const tools = [{ type: 'function', function: { name: 'add', description: 'Adds.', parameters: { type: 'object', properties: {} } } }]
const question = ask('call add {"a":1}')
const called = await ollama.chat({ ...question, tools })
said.call = called.message.tool_calls[0].function
said.result = (await ollama.chat({
  ...question,
  messages: [...question.messages, called.message, { role: 'tool', tool_name: 'add', content: '2' }],
})).message.content

said.story = (await ollama.generate({
  model: 'stories', prompt: 'Once upon a time', raw: true, options: { temperature: 0, num_predict: 12 },
})).response

said.models = (await ollama.list()).models.map(model => model.name)
said.loaded = (await ollama.ps()).models.map(model => model.name)
said.capabilities = (await ollama.show({ model: 'scripted' })).capabilities

try {
  await ollama.chat({ ...ask('Hi'), options: { mirostat: 1 } })
} catch (error) {
  said.error = error.message
}

const endless = await ollama.chat({ ...ask('forever'), stream: true })
setTimeout(() => endless.abort(), 200)
try {
  for await (const part of endless) said.endless = part.message.content.trim()
} catch (error) {
  said.aborted = error.name
}

console.log(JSON.stringify(said))
