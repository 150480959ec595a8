// umd.js: the library for script elements, CommonJS and AMD. The build wraps it in a function with these parameters.

/* global module_, define_ */

import io from './index.js';
import { root } from './env.js';

if (module_) module_.exports = io;
else if (define_) define_(function () { return io; });
else root.io = io;
