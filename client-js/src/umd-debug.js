// umd-debug.js: umd.js with all that is for Node and for finding out.

/* global module_, define_ */

import io from './module.js';
import { root } from './env.js';

if (module_) module_.exports = io;
else if (define_) define_(function () { return io; });
else root.io = io;
