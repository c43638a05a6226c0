import type { TrainingConfig } from "../../config/schema.ts";
import { command } from "./command.ts";
import { openaiFineTune } from "./openaiFineTune.ts";
import { ray } from "./ray.ts";
import type { Trainer } from "./trainer.ts";

export const TRAINERS: Readonly<Record<TrainingConfig["kind"], Trainer>> = { "openai-finetune": openaiFineTune, command, ray };
