// RoadSeg on Azure: everything in one resource group. docs/deploy.md says how to use it and what each identity may do.
targetScope = 'subscription'

@description('Names the resource group and, shortened, what is in it.')
@minLength(3)
@maxLength(20)
param environmentName string

@description('A region that has the GPU workload profile.')
param location string

@description('Tag of the images in the registry. Empty: everything but the apps is made, the registry among it.')
param imageTag string = ''

@description('ROADSEG_MODEL: which of the models that ship serves. The weights of default are for research only.')
@allowed(['default', 'open'])
param model string = 'default'

@description('Workload profile that runs the model; none runs it on the CPU.')
@allowed(['none', 'Consumption-GPU-NC8as-T4', 'Consumption-GPU-NC24-A100'])
param gpuProfile string = 'Consumption-GPU-NC8as-T4'

@description('Replicas of the CPU app that always run, a whole number. With 0 the sweep sleeps while nothing else wakes the app.')
param cpuMinReplicas string = '1'

@description('GPU replicas that always run, a whole number. With 0 the first photo after a pause waits until one has started: minutes. docs/scale.md has what each costs and saves.')
param gpuMinReplicas string = '0'

@description('GPU replicas at most, a whole number: what a burst may cost.')
param gpuMaxReplicas string = '4'

@description('How long an idle queue of the CPU role may wait to be looked at, hh:mm:ss.fff. Shorter is quicker for the first photo after a pause, and costs transactions: the role has ten queues.')
param pollingInterval string = '00:00:00.500'

@description('The same for the GPU role, which has two queues, and whose idle second costs more than its looks.')
param gpuPollingInterval string = '00:00:00.250'

@description('Which image the trainer is: the hook notes it once it is built. The one for CUDA trains on the GPU profile.')
@allowed(['roadseg-trainer', 'roadseg-trainer-cuda'])
param trainerImage string = 'roadseg-trainer'

@description('Who is told of alerts; empty for nobody.')
param alertEmail string = ''

@description('OTLP endpoint (http/protobuf) of a collector of your own. Empty: one is run that sends to Application Insights, which the alerts read.')
param otlpEndpoint string = ''

@description('ROADSEG_CALLERS: name=sha256 of a function key, comma-separated.')
param callers string = ''

@description('ROADSEG_LABELLING_KEYS: name=sha256 of a key for labelling tools, comma-separated; empty: none are answered.')
param labellingKeys string = ''

@description('ROADSEG_PRIVACY: what is demanded of every photo, redact, no-location or both with a comma; empty: nothing.')
param privacy string = ''

@description('ROADSEG_REDACT: classes that are obscured then, comma-separated; empty: people, riders and vehicles.')
param redact string = ''
@description('ROADSEG_LABEL_STUDIO: https://address=token of each Label Studio whose files are fetched, comma-separated.')
@secure()
param labelStudio string = ''
@description('ROADSEG_ALLOWED_ORIGINS: web apps of other origins whose scripts may call the API and upload, such as https://app.example, comma-separated; empty: none.')
param allowedOrigins string = ''

@description('ROADSEG_OPERATORS: the callers who may change models and training runs; empty: every caller.')
param operators string = ''

@description('ROADSEG_WEBHOOK_SECRETS: whsec_..., comma-separated.')
@secure()
param webhookSecrets string = ''

@description('Days that photos are kept.')
@minValue(1)
@maxValue(3650)
param keepUploadsDays int = 7

@description('Days that results, records and idempotency keys are kept.')
@minValue(1)
@maxValue(3650)
param keepResultsDays int = 30

var tags = { 'azd-env-name': environmentName }

resource group 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: tags
}

module stack 'stack.bicep' = {
  name: 'roadseg'
  scope: group
  params: {
    environmentName: environmentName
    location: location
    tags: tags
    imageTag: imageTag
    model: model
    gpuProfile: gpuProfile
    cpuMinReplicas: int(cpuMinReplicas)
    gpuMinReplicas: int(gpuMinReplicas)
    gpuMaxReplicas: int(gpuMaxReplicas)
    pollingInterval: pollingInterval
    gpuPollingInterval: gpuPollingInterval
    trainerImage: trainerImage
    alertEmail: alertEmail
    otlpEndpoint: otlpEndpoint
    callers: callers
    labellingKeys: labellingKeys
    privacy: privacy
    redact: redact
    labelStudio: labelStudio
    allowedOrigins: allowedOrigins
    operators: operators
    webhookSecrets: webhookSecrets
    keepUploadsDays: keepUploadsDays
    keepResultsDays: keepResultsDays
  }
}

output ROADSEG_REGISTRY string = stack.outputs.registry
output ROADSEG_ADDRESS string = stack.outputs.address
output ROADSEG_STORAGE_ACCOUNT string = stack.outputs.storageAccount
output ROADSEG_RESOURCE_GROUP string = group.name
