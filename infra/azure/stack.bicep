// What is in the resource group, and how its parts meet.
param environmentName string
param location string
param tags object
param imageTag string
param model string
param gpuProfile string
param cpuMinReplicas int
param gpuMinReplicas int
param gpuMaxReplicas int
param pollingInterval string
param gpuPollingInterval string
param alertEmail string
param trainerImage string
param otlpEndpoint string
param callers string
param labellingKeys string
param privacy string
param redact string
@secure()
param labelStudio string
param allowedOrigins string
param operators string
@secure()
param webhookSecrets string
param keepUploadsDays int
param keepResultsDays int

// Containers, queues, events and what each role runs and touches: written by tests/RoadSeg.Deploy.Tests from the sources.
var names = loadJsonContent('../names.json')
var host = loadJsonContent('../../functions/host.json')

var token = uniqueString(subscription().id, environmentName, location)
var useGpu = gpuProfile != 'none'
// The one for CUDA runs on a CPU too.
var trainOnGpu = useGpu && trainerImage == 'roadseg-trainer-cuda'
var deployApps = !empty(imageTag)
var appName = 'roadseg'
var collectorName = 'roadseg-telemetry'
var telemetry = empty(otlpEndpoint) ? 'http://${collectorName}' : otlpEndpoint
// Application Insights adds up what comes, so what comes must be what was new since the last time. Others take running totals.
var metricTemporality = empty(otlpEndpoint) ? 'delta' : 'cumulative'
var gpuResources = gpuProfile == 'Consumption-GPU-NC24-A100' ? { cpu: '24', memory: '220Gi' } : { cpu: '8', memory: '56Gi' }

resource cpuIdentity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: 'id-roadseg-cpu-${token}'
  location: location
  tags: tags
}

resource gpuIdentity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: 'id-roadseg-gpu-${token}'
  location: location
  tags: tags
}

resource trainerIdentity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: 'id-roadseg-trainer-${token}'
  location: location
  tags: tags
}

module monitoring 'modules/monitoring.bicep' = {
  name: 'monitoring'
  params: {
    token: token
    location: location
    tags: tags
  }
}

module environment 'modules/environment.bicep' = {
  name: 'environment'
  params: {
    token: token
    location: location
    tags: tags
    gpuProfile: gpuProfile
    workspaceId: monitoring.outputs.workspaceId
    pullers: [
      cpuIdentity.properties.principalId
      gpuIdentity.properties.principalId
      trainerIdentity.properties.principalId
    ]
  }
}

module storage 'modules/storage.bicep' = {
  name: 'storage'
  params: {
    token: token
    location: location
    tags: tags
    containers: names.containers
    queues: names.queues
    origins: concat(['https://${appName}.${environment.outputs.defaultDomain}'], empty(allowedOrigins) ? [] : map(split(allowedOrigins, ','), origin => trim(origin)))
    keepUploadsDays: keepUploadsDays
    keepResultsDays: keepResultsDays
  }
}

module events 'modules/events.bicep' = {
  name: 'events'
  params: {
    token: token
    location: location
    tags: tags
    storageAccount: storage.outputs.name
    blobEvents: names.blobEvents
  }
}

module access 'modules/access.bicep' = {
  name: 'access'
  params: {
    storageAccount: storage.outputs.name
    cpuPrincipal: cpuIdentity.properties.principalId
    gpuPrincipal: gpuIdentity.properties.principalId
    gpuContainers: names.roles.gpu.containers
    gpuReads: names.roles.gpu.reads
    gpuQueues: names.roles.gpu.queues
    trainerPrincipal: trainerIdentity.properties.principalId
    trainerContainers: names.roles.trainer.containers
    trainerReads: names.roles.trainer.reads
    trainerQueues: names.roles.trainer.queues
  }
}

module collector 'modules/collector.bicep' = if (deployApps && empty(otlpEndpoint)) {
  name: 'collector'
  params: {
    name: collectorName
    location: location
    tags: tags
    environmentId: environment.outputs.id
    insightsConnectionString: monitoring.outputs.insightsConnectionString
  }
}

module cpu 'modules/functions.bicep' = if (deployApps) {
  name: 'cpu'
  dependsOn: [access, events]
  params: {
    name: appName
    location: location
    tags: tags
    environmentId: environment.outputs.id
    workloadProfile: 'Consumption'
    image: '${environment.outputs.registryServer}/roadseg-functions:${imageTag}'
    registryServer: environment.outputs.registryServer
    identityId: cpuIdentity.id
    clientId: cpuIdentity.properties.clientId
    storageAccount: storage.outputs.name
    cpu: '2'
    memory: '4Gi'
    minReplicas: cpuMinReplicas
    maxReplicas: 20
    external: true
    disabledFunctions: useGpu ? names.roles.gpu.functions : []
    pollingInterval: pollingInterval
    wakingQueues: useGpu ? names.roles.cpu.wakes : concat(names.roles.cpu.wakes, names.roles.gpu.wakes)
    messagesPerReplica: host.extensions.queues.batchSize
    model: model
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
    otlpEndpoint: telemetry
    metricTemporality: metricTemporality
  }
}

module gpu 'modules/functions.bicep' = if (deployApps && useGpu) {
  name: 'gpu'
  dependsOn: [access, events]
  params: {
    name: '${appName}-gpu'
    location: location
    tags: tags
    environmentId: environment.outputs.id
    workloadProfile: 'gpu'
    image: '${environment.outputs.registryServer}/roadseg-functions-gpu:${imageTag}'
    registryServer: environment.outputs.registryServer
    identityId: gpuIdentity.id
    clientId: gpuIdentity.properties.clientId
    storageAccount: storage.outputs.name
    cpu: gpuResources.cpu
    memory: gpuResources.memory
    minReplicas: gpuMinReplicas
    maxReplicas: gpuMaxReplicas
    external: false
    disabledFunctions: names.roles.cpu.functions
    pollingInterval: gpuPollingInterval
    wakingQueues: names.roles.gpu.wakes
    messagesPerReplica: host.extensions.queues.batchSize
    model: model
    callers: ''
    labellingKeys: ''
    privacy: ''
    redact: ''
    labelStudio: ''
    allowedOrigins: ''
    operators: ''
    webhookSecrets: ''
    keepUploadsDays: keepUploadsDays
    keepResultsDays: keepResultsDays
    otlpEndpoint: telemetry
    metricTemporality: metricTemporality
  }
}

module trainer 'modules/trainer.bicep' = if (deployApps && !empty(names.roles.trainer.wakes)) {
  name: 'trainer'
  dependsOn: [access]
  params: {
    location: location
    tags: tags
    environmentId: environment.outputs.id
    workloadProfile: trainOnGpu ? 'gpu' : 'Consumption'
    image: '${environment.outputs.registryServer}/${trainerImage}:${imageTag}'
    registryServer: environment.outputs.registryServer
    identityId: trainerIdentity.id
    clientId: trainerIdentity.properties.clientId
    storageAccount: storage.outputs.name
    cpu: trainOnGpu ? gpuResources.cpu : '4'
    memory: trainOnGpu ? gpuResources.memory : '8Gi'
    queues: names.roles.trainer.wakes
    device: trainOnGpu ? 'cuda' : 'cpu'
    otlpEndpoint: telemetry
    metricTemporality: metricTemporality
  }
}

module alerts 'modules/alerts.bicep' = if (deployApps) {
  name: 'alerts'
  params: {
    location: location
    tags: tags
    workspaceId: monitoring.outputs.workspaceId
    email: alertEmail
  }
}

output registry string = environment.outputs.registryName
output address string = 'https://${appName}.${environment.outputs.defaultDomain}'
output storageAccount string = storage.outputs.name
