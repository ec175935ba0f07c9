import { addTexts } from "@parlance/ui";
import { enSetup } from "./en-setup";

addTexts(enSetup);
