// Asks through the official Node clients: a list of jobs in on stdin, a list of what each client made of the answer out.
// A job is {sdk, url, question, text, retries, model}; a result {answer} or {error: {name, status, message}}.
import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'

const dot = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
const schema = { type: 'object', properties: { text: { type: 'string' } } }
const tool = (text) => JSON.stringify({ note: text, deep: { list: [text] } })

const openai = {
  open: ({ url, retries }) => new OpenAI({ baseURL: `${url}/v1`, apiKey: 'k', maxRetries: retries, timeout: 30_000 }),
  plain: (client, text, model) =>
    client.chat.completions.create({ model, messages: [{ role: 'user', content: text }], temperature: 0.5 }),
  history: (client, text, model) =>
    client.chat.completions.create({
      model,
      user: text,
      metadata: { about: text },
      messages: [
        { role: 'system', content: text },
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'c1', type: 'function', function: { name: 'lookup', arguments: tool(text) } }],
        },
        { role: 'tool', tool_call_id: 'c1', content: tool(text) },
        { role: 'user', content: text },
      ],
    }),
  parts: (client, text, model) =>
    client.chat.completions.create({
      model,
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text },
            { type: 'image_url', image_url: { url: `data:image/png;base64,${dot}` } },
          ],
        },
      ],
    }),
  tool: (client, text, model) =>
    client.chat.completions.create({
      model,
      messages: [{ role: 'user', content: text }],
      tools: [{ type: 'function', function: { name: 'lookup', parameters: schema } }],
      tool_choice: { type: 'function', function: { name: 'lookup' } },
    }),
  responses: (client, text, model) => client.responses.create({ model, input: text, instructions: text }),
  streamed: async (client, text, model) => {
    const messages = [{ role: 'user', content: text }]
    const stream = await client.chat.completions.create({ model, messages, stream: true })
    const said = { text: '', arguments: '' }
    for await (const { choices } of stream) {
      said.text += choices[0].delta.content ?? ''
      said.arguments += choices[0].delta.tool_calls?.[0].function.arguments ?? ''
    }
    return { text: said.text, arguments: JSON.parse(said.arguments) }
  },
  streamedResponse: async (client, text, model) => {
    const stream = client.responses.stream({ model, input: text })
    const said = { text: '', arguments: '' }
    stream.on('response.output_text.delta', (event) => (said.text += event.delta))
    stream.on('response.function_call_arguments.delta', (event) => (said.arguments += event.delta))
    const final = await stream.finalResponse()
    if (final.output_text !== said.text) throw new Error('the deltas and the whole differ')
    return { text: said.text, arguments: JSON.parse(said.arguments) }
  },
  embeddings: (client, text, model) => client.embeddings.create({ model, input: [text, 'b'] }),
}

const anthropic = {
  open: ({ url, retries }) => new Anthropic({ baseURL: url, apiKey: 'k', maxRetries: retries, timeout: 30_000 }),
  plain: (client, text, model) =>
    client.messages.create({ model, max_tokens: 99, system: text, messages: [{ role: 'user', content: text }] }),
  history: (client, text, model) =>
    client.messages.create({
      model,
      max_tokens: 99,
      metadata: { user_id: text },
      messages: [
        { role: 'user', content: text },
        { role: 'assistant', content: [{ type: 'tool_use', id: 't1', name: 'lookup', input: JSON.parse(tool(text)) }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't1', content: [{ type: 'text', text }] }] },
      ],
    }),
  parts: (client, text, model) =>
    client.messages.create({
      model,
      max_tokens: 99,
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text },
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data: dot } },
            { type: 'document', title: text, source: { type: 'text', media_type: 'text/plain', data: text } },
          ],
        },
      ],
    }),
  streamed: async (client, text, model) => {
    const stream = client.messages.stream({ model, max_tokens: 99, messages: [{ role: 'user', content: text }] })
    const { content } = await stream.finalMessage()
    return { text: content[0].text, arguments: content[1].input }
  },
  tool: (client, text, model) =>
    client.messages.create({
      model,
      max_tokens: 99,
      messages: [{ role: 'user', content: text }],
      tools: [{ name: 'lookup', input_schema: schema }],
      tool_choice: { type: 'tool', name: 'lookup' },
    }),
}

const sdks = { openai, anthropic }

async function ask(job) {
  const sdk = sdks[job.sdk]
  try {
    return { answer: await sdk[job.question](sdk.open(job), job.text, job.model ?? 'stub') }
  } catch (error) {
    return { error: { name: error.constructor.name, status: error.status ?? null, message: String(error.message) } }
  }
}

let input = ''
for await (const piece of process.stdin) input += piece
const results = []
for (const job of JSON.parse(input)) results.push(await ask(job))
process.stdout.write(JSON.stringify(results))
