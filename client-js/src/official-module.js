// official-module.js: official.js for bundlers and Node.

export { SSE, SSE as default } from './official.js';
