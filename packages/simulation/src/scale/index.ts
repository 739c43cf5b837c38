export { type PointOf, runScenario, type Scenario } from './scenarios/scenario.js'
