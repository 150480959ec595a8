// Runs every feature over one transport:
// features.mjs <url of eio-client> <control url> <polling | websocket | upgrade> <url of eio-protocol>
import "./features/open.mjs";
import "./features/messages.mjs";
import "./features/writing.mjs";
import "./features/refusals.mjs";
import "./features/closing.mjs";
import { runAll } from "./harness.mjs";

await runAll();
