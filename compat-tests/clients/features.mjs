// Runs every feature in one mode: features.mjs <url> <control url> <polling | websocket | upgrade>
import "./features/connect.mjs";
import "./features/events.mjs";
import "./features/acks.mjs";
import "./features/listeners.mjs";
import "./features/rooms.mjs";
import "./features/limits.mjs";
import "./features/disconnect.mjs";
import { runAll } from "./harness.mjs";

await runAll();
