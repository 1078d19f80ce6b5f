/** The pages of deliveries: upload, live progress, the mapping form. */

import { watchProgress } from "./deliveries/progress.js";
import { tendForm } from "./deliveries/mapping.js";
import { receiveFiles } from "./deliveries/drop.js";
import { every } from "./map/element.js";

for (const zone of every(document, "[data-upload]")) receiveFiles(zone);
for (const place of every(document, "[data-progress]")) void watchProgress(place);
for (const form of every(document, "form[data-mapping]", HTMLFormElement)) tendForm(form);
// Of many files the one looked at, where the row of tabs is wider than a phone.
for (const tab of document.querySelectorAll(".file-tabs [aria-current]")) tab.scrollIntoView({ block: "nearest", inline: "center" });
