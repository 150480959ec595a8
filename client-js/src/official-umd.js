// official-umd.js: official.js for script elements, CommonJS and AMD. The build wraps it in a function with these parameters.

/* global module_, define_ */

import { SSE } from './official.js';
import { root } from './env.js';

SSE.SSE = SSE.default = SSE;
if (module_) module_.exports = SSE;
else if (define_) define_(function () { return SSE; });
else root.EverwireSSE = SSE;
